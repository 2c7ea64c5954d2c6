package web

// ReadLanguage reads a catalogue; english is nil for one that stands alone.
var ReadLanguage = readLanguage
