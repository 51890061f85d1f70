# Per customer: number of purchases, sum in cents, and points at 1 point for
# each full 1.00 with what is below it carried over to the next purchase: the
# whole part of the sum. Lines are "customer date items amount", split by
# blanks, with a point before the cents. Prints what
# "regulars export totals" does.
#
#   awk -f docs/totals.awk purchases.txt
BEGIN {
	print "customer,purchases,amount,points"
	fflush() # before sort writes to the same place
}
{
	sub(/\r$/, "")
	if (NF == 0) next
	n = split($4, part, ".")
	fraction = n > 1 ? substr(part[2] "00", 1, 2) : "00"
	purchases[$1]++
	cents[$1] += part[1] * 100 + fraction # whole numbers, exact far beyond any sum here
}
END {
	for (c in purchases)
		printf "%s,%d,%d,%d\n", c, purchases[c], cents[c], int(cents[c] / 100) | "LC_ALL=C sort"
}
