// Package certs holds the keys of an instance: the identity that signs
// profiles.
//
// An [Identity] comes from files that an administrator names ([Load]) or is
// made by the instance itself and kept in its state directory ([SelfMade]).
// A self-made one is as strong as any, but no device knows it: iOS shows
// "Not Verified".
//
// A key file that others can read is refused, not used with a warning.
package certs
