# Intervals for proportions by every method.

for (method in c("logit", "likelihood", "asin", "beta", "mean", "xlogit")) {
  loose <- if (method == "logit") 1e-8 else if (method == "likelihood") 1e-3
  rows <- if (method == "beta") "R's beta interval counts rows of zero weight and rows with a missing value in its n"
  add <- function(name, data, design, ask, ...) case(paste(method, name), data, design, c(ask, method = method), tolerance = loose, ...)
  add("srs", "apisrs", srs, ask("ciprop", "sch.wide", category = "Yes"))
  add("strat", "apistrat", strat, ask("ciprop", "sch.wide", category = "Yes"))
  add("clus1", "apiclus1", clus1, ask("ciprop", "awards", category = "Yes"))
  add("clus1 at 90 %", "apiclus1", clus1, ask("ciprop", "awards", category = "Yes", level = 0.9))
  add("clus2", "apiclus2", clus2, ask("ciprop", "yr.rnd", category = "Yes"))
  add("clus1 where", "apiclus1", clus1, ask("ciprop", "awards", category = "Yes", where = above("ell", 25), df = "domain"))
  add("strat by type", "apistrat", strat, ask("ciprop", "comp.imp", "stype", category = "Yes", df = "domain"))
  add("nhanes", "nhanes", nhanes, ask("ciprop", "HI_CHOL", category = 1), caution = rows)
  add("yrbs", "yrbs", yrbs, ask("ciprop", "qn8", category = 1), caution = rows)
  add("rare", "small", small, ask("ciprop", "rare", category = 1), caution = rows)
  add("three stages", "three_stages", three, ask("ciprop", "ill", category = 1))
  if (!method %in% c("logit", "likelihood")) {
    add("never", "small", small, ask("ciprop", "never", category = 1), caution = "R has no limits, or limits without width, at 0")
    add("always", "small", small, ask("ciprop", "always", category = 1), caution = "R has no limits, or limits without width, at 1")
  }
  if (method != "beta") add("normal limits", "apiclus1", clus1, ask("ciprop", "awards", category = "Yes", df = "inf"))
}
