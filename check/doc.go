// Package check puts what is published, what each client finds and what was
// measured side by side, and says what is wrong as findings.
//
// # Findings
//
// A [Finding] has a stable code, a verdict, what was seen and what was
// expected, which clients feel it and what their people see, and the fix as a
// command, a record or a sentence. A test whose parent failed did not run, and
// is untested with the reason; nothing is called pass that was not tested.
//
// # Codes
//
// [Explain] has the long form of each code, and of what a client's own error
// message can mean.
package check
