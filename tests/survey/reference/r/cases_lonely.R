# One unit in a stratum: in the sample, or only inside a domain; strata taken whole.

some <- "for an SE R looks only at strata that have rows in the domain; for a covariance of domains at all of them, with zeros"
rules <- c("fail", "remove", "certainty", "adjust", "average")
for (rule in rules) for (inside in c(FALSE, TRUE)) {
  if (inside && !rule %in% c("adjust", "average")) next
  for (with in c("no fpc", "fpc", "whole", "share")) {
    fpc <- switch(with, "no fpc" = list(), fpc = "N", whole = "whole", share = "share")
    d <- plan(weights = "w", strata = "stratum", psu = "psu", fpc = fpc, lonely = rule, lonely_in_domains = inside)
    add <- function(name, ask) case(paste0(rule, if (inside) " also in domains", ", ", with, ": ", name), "lonely", d, ask,
      caution = if (rule %in% c("adjust", "average") && !is.null(c(ask$by, ask$where)) && (inside || rule == "average")) some)
    add("means", ask("mean", c("y", "x")))
    if (with %in% c("share")) next
    add("total", ask("total", "y"))
    add("by domain", ask("mean", "y", "domain", df = "domain"))
    add("where", ask("total", "y", where = equal("domain", "in"), df = "domain"))
    if (with == "whole") next
    add("ratio where", ask("ratio", c("y", "x"), where = equal("domain", "in")))
    add("regression", list(statistic = "regress", formula = "y ~ x", family = "gaussian"))
    if (with == "fpc") add("proportions", ask("proportion", "yes"))
  }
}
# A village of one household at the second stage, and one that is taken whole.
for (rule in rules) {
  d <- plan(weights = "w", strata = "stratum", psu = c("psu", "unit"), fpc = c("whole", "units"), lonely = rule)
  case(paste("one unit at the second stage,", rule), "lonely", d, ask("total", "yes"),
       caution = if (rule == "average") "R has no answer (NaN) where the only unit of the second stage is averaged")
}
# A stratum of one unit that is all there is adds nothing and does not fail.
case("whole strata where", "lonely", plan(weights = "w", strata = "stratum", psu = "psu", fpc = "whole"), ask("mean", c("y", "x"), where = above("y", 9)))
case("strata are the domains", "apistrat", strat, ask("mean", "api00", "stype", df = "domain"))
case("one row to a domain", "hospital", hospital, ask("mean", "births", "hospno", df = "domain"))
