# Regressions: three families on every kind of design.

formulas <- list(gaussian = "api00 ~ ell + meals", binomial = "passed ~ ell + meals", poisson = "meals ~ ell + stype")
for (n in names(API)) for (family in names(formulas)) {
  d <- API[[n]]
  case(paste(n, family), d[[1]], d[[2]], list(statistic = "regress", formula = formulas[[family]], family = family))
  case(paste(n, family, "where"), d[[1]], d[[2]], list(statistic = "regress", formula = formulas[[family]], family = family, where = above("api99", 550)))
}
add <- function(name, data, design, formula, family = "gaussian", ...) case(name, data, design, list(statistic = "regress", formula = formula, family = family, ...))
add("strat factor", "apistrat", strat, "api00 ~ stype + ell")
add("strat interaction", "apistrat", strat, "api00 ~ stype * ell")
add("strat no intercept", "apistrat", strat, "api00 ~ 0 + ell + meals")
add("strat constant", "apistrat", strat, "api00 ~ 1")
add("clus1 incomplete", "apiclus1", clus1, "api00 ~ mobility + ell")
add("clus2 incomplete", "apiclus2", clus2, "api00 ~ mobility + acs.k3")
add("strat at 90 %", "apistrat", strat, "api00 ~ ell", level = 0.9)
add("nhanes binomial", "nhanes", nhanes, "HI_CHOL ~ agecat + RIAGENDR", "binomial")
add("nhanes binomial interaction", "nhanes", nhanes, "HI_CHOL ~ agecat * RIAGENDR", "binomial")
add("hospital gaussian", "hospital", hospital, "births ~ oblevel")
add("mu284 gaussian", "mu284", mu284, "y1 ~ id2")
add("small gaussian zero weights", "small", small, "y ~ x")
add("small binomial zero weights", "small", small_fpc, "some ~ x", "binomial")
for (n in c("three", "three_two", "three_one", "three_none")) {
  add(paste(n, "gaussian"), "three_stages", get(n), "y ~ x + sex")
  add(paste(n, "binomial"), "three_stages", get(n), "ill ~ x", "binomial")
  add(paste(n, "poisson"), "three_stages", get(n), "y ~ x + sex", "poisson")
}
