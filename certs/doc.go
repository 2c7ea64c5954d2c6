// Package certs holds the keys of an instance: the identity that signs
// profiles, and the certificate that https is served with.
//
// # Where keys come from
//
// [Load] reads an [Identity] from files that an administrator names.
// [SelfMade] makes a signing identity on first use and keeps it in the state
// directory. A self-made one is as strong as any, but no device knows it: iOS
// shows "Not Verified".
//
// # What is refused
//
// A key file that others can read ([ErrReadable]) and a key that does not fit
// its certificate ([ErrMismatch]) are errors, never warnings. So is a
// self-made identity that has ended ([ErrExpired]); of files, whoever uses
// them counts the days.
package certs
