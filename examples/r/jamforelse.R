# En jämförelse mellan områden i R: hämta, räkna om till stadens plan, rita med teckenförklaring och spara.
#
#   Rscript jamforelse.R [API:ets adress] [bildens namn]
#
# Kräver paketen sf och jsonlite (Debian och Ubuntu: r-cran-sf, r-cran-jsonlite).

# Å, ä och ö ska bli rätt även där R startas utan språkinställning.
if (!l10n_info()[["UTF-8"]]) invisible(Sys.setlocale("LC_CTYPE", "C.UTF-8"))
suppressPackageStartupMessages(library(sf))

svar <- commandArgs(trailingOnly = TRUE)
api <- if (length(svar) >= 1) svar[1] else "http://127.0.0.1:8000"
bild <- if (length(svar) >= 2) svar[2] else "jamforelse.png"

# Frågan. Alla val står i /openapi.json; samma adress ger samma svar i webbläsaren.
fraga <- paste0(api, "/v1/comparisons?source=anmalda_brott&level=stadsdel&from=2025-01&to=2025-12&measure=rate")

# Ett svar, läst två gånger: ytorna och siffrorna med sf, det som står runt omkring med jsonlite.
fil <- tempfile(fileext = ".geojson")
invisible(download.file(fraga, fil, quiet = TRUE, mode = "wb"))
omraden <- st_transform(st_read(fil, quiet = TRUE), 3011) # SWEREF 99 18 00, meter
runt <- jsonlite::fromJSON(fil, simplifyVector = FALSE)[c("sentences", "provenance", "ledger", "denominator")]

# Ett område utan siffra är inte noll: status säger varför den saknas.
har <- omraden$status == "value"
for (kolumn in c("count", "rate", "rateLow", "rateHigh")) omraden[[kolumn]] <- as.numeric(omraden[[kolumn]])
saknas <- c(missing = "Inte levererat", withheld = "Skyddat, visas inte", notApplicable = "Går inte att räkna")

svenskt <- function(tal, decimaler = 1) formatC(tal, format = "f", digits = decimaler, decimal.mark = ",", big.mark = "\u00a0")

# Fem klasser med ungefär lika många områden. Färgerna skiljer sig i ljushet och går att skilja åt vid färgblindhet.
farger <- c("#c2ede9", "#77ced8", "#3aa3c3", "#1870a1", "#1a3f73")
tal <- round(omraden$rate, 1)
undre <- if (any(har)) unique(quantile(tal[har], 0:4 / 5, names = FALSE, type = 1)) else numeric(0)
klass <- ifelse(har, findInterval(tal, undre), NA)
fyllning <- ifelse(is.na(klass), "#f3f3f1", farger[klass])
per_klass <- split(tal[har], klass[har])
text <- vapply(per_klass, function(dess) sprintf("%s\u2013%s (%d st)", svenskt(min(dess)), svenskt(max(dess)), length(dess)), "")

png(bild, width = 1800, height = 1500, res = 180)
par(mar = c(2.5, 0.5, 4, 0.5))
plot(st_geometry(omraden), col = fyllning, border = "white", lwd = 0.8)
# Skraffera det som saknar siffra, så att det inte ser ut som ett litet tal.
for (form in which(!har)) {
  punkter <- st_coordinates(st_geometry(omraden)[form])
  for (del in split(seq_len(nrow(punkter)), punkter[, "L2"])) {
    polygon(punkter[del, "X"], punkter[del, "Y"], density = 22, angle = 45, col = "#7d878a", border = "white", lwd = 0.8)
  }
}
plot(st_union(st_geometry(omraden)), add = TRUE, border = "#5d6b70", lwd = 1.2)
title("Anmälda brott per stadsdel 2025", adj = 0, cex.main = 1.5, line = 2)
mtext(paste("Antal per 1\u00a0000", runt$denominator$name, "och år"), adj = 0, line = 0.6, col = "#52605f")
utan <- table(factor(omraden$status[!har], names(saknas)))
utan <- utan[utan > 0]
legend(
  "bottomleft",
  bty = "n", cex = 1.05, y.intersp = 1.25,
  legend = c(text, if (length(utan)) paste0(saknas[names(utan)], " (", utan, " st)")),
  fill = c(farger[as.integer(names(per_klass))], rep("#7d878a", length(utan))),
  density = c(rep(NA, length(text)), rep(30, length(utan)))
)
mtext(
  paste0("Källa: anmälda brott, ", runt$provenance$editionName, ". Data version ", runt$provenance$dataVersion, "."),
  side = 1, line = 1, adj = 0, cex = 0.8, col = "#52605f"
)
invisible(dev.off())

# Antal per kvadratkilometer, räknat på ytorna i stadens plan.
omraden$per_km2 <- omraden$count / (as.numeric(st_area(omraden)) / 1e6)
tabell <- st_drop_geometry(omraden)[order(-omraden$rate), c("code", "name", "count", "rate", "rateLow", "rateHigh", "per_km2")]
write.csv2(tabell, sub("\\.png$", ".csv", bild), row.names = FALSE, fileEncoding = "UTF-8")
cat(unlist(runt$sentences), sep = "\n")
cat(sprintf("%d områden, %d anmälda brott, %d utan siffra\n", nrow(omraden), sum(omraden$count, na.rm = TRUE), sum(!har)))
