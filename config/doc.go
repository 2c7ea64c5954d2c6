// Package config reads waypost.yaml.
//
// # Where
//
// The file that --config names, else waypost.yaml in the working directory,
// else /etc/waypost/waypost.yaml. Paths in the file are relative to the
// file's own directory.
//
// # How strictly
//
// Unknown keys, keys without a value, keys and domains that stand twice, public
// suffixes, servers outside the notation and domains without a server for one
// direction are errors.
// Each is a *yamlfile.Problem: it names the file and the line, shows the line
// and says what to write instead. All that can be told at once is, in the
// order of the lines. A configuration is read whole or not at all.
//
// What is allowed and unwise, plaintext above all, is read and told in
// [Config.Warnings].
package config
