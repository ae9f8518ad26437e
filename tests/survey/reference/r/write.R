# Writes values as JSON and tables as CSV, with as many of the 17 digits as a double needs to come
# back as it was.

number <- function(x) {
  text <- formatC(x, digits = 15, format = "g", width = 1)
  for (digits in 16:17) {
    more <- is.finite(x) & suppressWarnings(as.numeric(text)) != x
    text[more] <- formatC(x[more], digits = digits, format = "g", width = 1)
  }
  ifelse(is.finite(x), text, NA)
}

quoted <- function(x) paste0('"', gsub('"', '\\"', gsub("\\", "\\\\", x, fixed = TRUE), fixed = TRUE), '"')

scalar <- function(x) {
  if (is.na(x)) "null"
  else if (is.logical(x)) tolower(as.character(x))
  else if (is.numeric(x)) { text <- number(x); if (is.na(text)) "null" else text }
  else quoted(as.character(x))
}

# A vector of one value is a scalar, a longer one an array; a list without names is an array.
json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x)) {
    inside <- vapply(unname(x), json, "")
    if (is.null(names(x))) return(paste0("[", paste(inside, collapse = ", "), "]"))
    return(paste0("{", paste0(quoted(names(x)), ": ", inside, collapse = ", "), "}"))
  }
  if (is.matrix(x)) return(json(lapply(seq_len(nrow(x)), function(i) as.list(x[i, ]))))
  if (length(x) == 1) scalar(x) else json(as.list(x))
}

many <- function(...) as.list(unname(c(...)))

# One case takes a few lines: one for each of its keys, one for each of its rows.
case_lines <- function(case) {
  each <- vapply(names(case), function(key) {
    value <- case[[key]]
    text <- if (key %in% c("rows", "covariance") && length(value)) {
      items <- if (is.matrix(value)) lapply(seq_len(nrow(value)), function(i) as.list(unname(value[i, ]))) else value
      paste0("[\n", paste0("      ", vapply(items, json, ""), collapse = ",\n"), "\n    ]")
    } else json(value)
    paste0("    ", quoted(key), ": ", text)
  }, "")
  paste0("  {\n", paste(each, collapse = ",\n"), "\n  }")
}

write_cases <- function(cases, path) {
  text <- paste0("[\n", paste(vapply(cases, case_lines, ""), collapse = ",\n"), "\n]\n")
  cat(text, file = path)
}

write_table <- function(table, path) {
  cell <- function(column) {
    if (is.numeric(column)) text <- number(column)
    else {
      text <- as.character(column)
      wants <- !is.na(text) & grepl('[",\n]', text)
      text[wants] <- paste0('"', gsub('"', '""', text[wants], fixed = TRUE), '"')
    }
    ifelse(is.na(text), "", text)
  }
  lines <- do.call(paste, c(lapply(unname(as.list(table)), cell), sep = ","))
  cat(paste(names(table), collapse = ","), lines, sep = "\n", file = path)
  cat("\n", file = path, append = TRUE)
}
