# Units drawn with unequal probabilities without replacement.

kinds <- list(brewer = "brewer", overton = "overton", "hartley-rao" = "HR", "joint, Horvitz-Thompson" = "joint_ht", "joint, Yates-Grundy" = "joint_yg")
for (k in names(kinds)) {
  d <- plan(fpc = "p", pps = kinds[[k]])
  add <- function(name, ask) case(paste(k, name), "election_pps", d, ask, joint = if (grepl("joint", k)) "election_jointprob.csv")
  add("totals", ask("total", c("Bush", "Kerry", "Nader")))
  add("means", ask("mean", c("Bush", "Kerry")))
  add("ratio", ask("ratio", c("Bush", "votes")))
  add("where", ask("total", "Kerry", where = equal("large", "small")))
  if (k == "brewer") {
    add("by size", ask("total", "Bush", "large"))
    add("design effect", ask("mean", "votes", deff = TRUE))
    add("quantiles", ask("quantile", "Bush", probs = c(0.25, 0.5, 0.75)))
    add("variance", ask("variance", "votes"))
  }
  add("regression", list(statistic = "regress", formula = "Bush ~ Kerry", family = "gaussian"))
}
case("as if with replacement", "election_pps", plan(weights = "wt"), ask("total", c("Bush", "Kerry", "Nader")))
