package yamlfile

import "strings"

// The most that may be wrong with a key that is still recognised: two letters,
// and no more than a third of it.
const (
	maxTypos    = 2
	maxRecalled = 30 // bytes; no key is as long
)

// nearest gives the known key that was most likely meant, in any letter case;
// empty when none is near.
func nearest(key string, known []string) string {
	if len(key) > maxRecalled {
		return ""
	}
	best, fewest := "", maxTypos+1
	for _, k := range known {
		if n := distance(strings.ToLower(key), k); n < fewest && 3*n <= max(len(key), len(k)) {
			best, fewest = k, n
		}
	}
	return best
}

// distance counts the letters to put in, take out, replace or swap with the next
// that make one text of the other (optimal string alignment), byte by byte.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(replaced, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
