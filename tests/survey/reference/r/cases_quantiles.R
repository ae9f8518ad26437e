# Quantiles: every rule and interval, with ties and unequal weights.

rules <- paste0("hf", 1:9)
for (rule in rules) {
  case(paste("strat", rule), "apistrat", strat, ask("quantile", c("api00", "ell"), probs = c(0.1, 0.25, 0.5, 0.9), rule = rule))
  case(paste("small", rule), "small", small, ask("quantile", c("y", "x"), probs = c(0.05, 0.25, 0.5, 0.75, 0.95), rule = rule))
  case(paste("srs", rule), "apisrs", srs, ask("quantile", "api00", probs = c(0.25, 0.5, 0.8), rule = rule))
  case(paste("clus1 by type", rule), "apiclus1", clus1, ask("quantile", "api00", "stype", probs = c(0.25, 0.5), rule = rule, df = "domain"))
}
for (interval in c("mean", "beta", "xlogit", "asin")) for (rule in c("hf1", "hf7")) {
  case(paste("clus2", interval, rule), "apiclus2", clus2, ask("quantile", c("api00", "meals"), probs = c(0.02, 0.25, 0.5, 0.98), rule = rule, interval = interval))
  case(paste("strat where", interval, rule), "apistrat", strat, ask("quantile", "enroll", where = above("growth", 30), probs = c(0.1, 0.5, 0.9), rule = rule, interval = interval, df = "domain"))
}
case("strat score", "apistrat", strat, ask("quantile", "api00", probs = c(0.25, 0.5), rule = "hf1", interval = "score"),
     caution = "R maps the ends back by the unweighted share below them, and finds them to 1/(100 sqrt(n)) only")
case("quantiles at 90 %", "apiclus1", clus1, ask("quantile", "enroll", probs = c(0.25, 0.5, 0.75), level = 0.9))
case("quantiles, normal limits", "apiclus1", clus1, ask("quantile", "enroll", probs = c(0.25, 0.5, 0.75), df = "inf"))
case("quantiles of an incomplete variable", "apistrat", strat, ask("quantile", "mobility", probs = c(0.25, 0.5, 0.75)))
case("quantiles with zero weights and missing values", "small", small_fpc, ask("quantile", "gap", probs = c(0.25, 0.5, 0.75)))
case("three stages quantiles", "three_stages", three, ask("quantile", c("y", "x"), probs = c(0.25, 0.5, 0.75), rule = "hf1"))
case("nhanes-like ties", "nhanes", nhanes, ask("quantile", "race", probs = c(0.1, 0.5, 0.9)))
