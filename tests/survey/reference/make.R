# Makes the data and the reference results anew. Run it in this folder: Rscript make.R
suppressPackageStartupMessages(library(survey))
if (!requireNamespace("MASS", quietly = TRUE))
  stop("the R package MASS is missing; survey's calibrate() needs it for raking, logit and bounds")
stopifnot(file.exists("r/cases.R"))
invisible(Sys.setlocale("LC_COLLATE", "C"))
for (file in c("write", "data", "design", "answer", "cases")) source(file.path("r", paste0(file, ".R")))
dir.create("data", showWarnings = FALSE)
dir.create("cases", showWarnings = FALSE)
write_data()
counts <- list()
for (topic in c("estimates", "quantiles", "proportions", "regressions", "tests", "weights", "replicates", "lonely", "unequal")) {
  CASES <- list()
  source(file.path("r", paste0("cases_", topic, ".R")))
  done <- lapply(CASES, function(one) suppressMessages(suppressWarnings(answer(one))))
  write_cases(done, file.path("cases", paste0(topic, ".json")))
  for (one in done) {
    counts[[length(counts) + 1]] <- data.frame(topic = topic, statistic = one$ask$statistic, error = !is.null(one$error))
    if (!is.null(one$error)) message(topic, ": ", one$name, ": ", one$error)
  }
}
counts <- do.call(rbind, counts)
options(width = 160)
print(addmargins(table(counts$statistic, counts$topic)))
