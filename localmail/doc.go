// Package localmail reads what the mail servers of this machine are configured
// to offer: Dovecot's by doveconf -n, Postfix's by postconf -n and postconf -M.
//
// # What is read is a claim
//
// A configuration says what its servers were told, not what clients get: the
// port may be closed, the certificate expired, the service not reloaded. So
// everything here is a candidate to be measured, and says by an [Origin] which
// program said it, in which line. Nothing is filled in that the programs do not
// say, but for the documented defaults of the listeners; those say so.
//
// # Dovecot
//
// [ParseDovecot] reads the form of Dovecot 2.0 to 2.3. Dovecot 2.4 has other
// names for most settings (ssl_server_cert_file, auth_allow_cleartext, %{user},
// passdb blocks with names) and is refused with [ErrVersion], rather than read
// in part.
//
// # Postfix
//
// [ParsePostfix] takes the services of master.cf that run smtpd and let people
// log in. Parameters are followed where they name others ($myhostname);
// conditions (${name?value}) and lookup tables are left unknown.
//
// # Limits
//
// An output has at most 1 MiB. Texts of an Origin are printable ASCII and at
// most 160 bytes long, so they can stand in a comment.
package localmail
