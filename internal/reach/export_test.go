package reach

// NoWay is the classifier of failed connection attempts.
var NoWay = noWay
