package yamlfile

// Nearest is for the tests of what is recognised.
var Nearest = nearest
