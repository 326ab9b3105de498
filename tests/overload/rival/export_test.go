package rival

// ReadMetric is metric, for the tests.
var ReadMetric = metric
