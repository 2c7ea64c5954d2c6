package web_test

import (
	"testing"

	"waypost/server/web"
)

func TestDeviceAndBrowserAreToldApart(t *testing.T) {
	const (
		ios = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
		pad = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
		and = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
		win = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
		lin = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	)
	for _, c := range []struct {
		userAgent, platform string
		want                web.Visitor
	}{
		{ios + "Version/26.0 Mobile/15E148 Safari/604.1", "", web.Visitor{Device: web.IPhone, Browser: web.Safari}},
		{ios + "CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1", "", web.Visitor{Device: web.IPhone, Browser: web.Chrome}},
		{ios + "FxiOS/144.0 Mobile/15E148 Safari/605.1.15", "", web.Visitor{Device: web.IPhone, Browser: web.Firefox}},
		{ios + "EdgiOS/142.0 Version/26.0 Mobile/15E148 Safari/604.1", "", web.Visitor{Device: web.IPhone, Browser: web.Edge}},
		{ios + "Version/26.0 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15", "", web.Visitor{Device: web.IPhone, Browser: web.DuckDuckGo}},
		{ios + "Version/26.0 Mobile/15E148 Safari/604.1 Ddg/26.0", "", web.Visitor{Device: web.IPhone, Browser: web.DuckDuckGo}},
		{ios + "FxiOS/8.3b5826 Mobile/15E148 Safari/605.1.15 Focus/144", "", web.Visitor{Device: web.IPhone, Browser: web.Firefox}},
		{ios + "Mobile/15E148 [FBAN/FBIOS;FBAV/520.0.0.38.101]", "", web.Visitor{Device: web.IPhone, Browser: web.InApp}},
		{ios + "Mobile/15E148 Instagram 400.0.0.21.80 (iPhone14,5; iOS 18_6)", "", web.Visitor{Device: web.IPhone, Browser: web.InApp}},
		{ios + "GSA/390.0.816286290 Mobile/15E148 Safari/604.1", "", web.Visitor{Device: web.IPhone, Browser: web.InApp}},
		{ios + "Mobile/15E148 [LinkedInApp]/9.31", "", web.Visitor{Device: web.IPhone, Browser: web.InApp}},
		{ios + "Mobile/15E148 MicroMessenger/8.0.60(0x18003c2d) NetType/WIFI Language/en", "", web.Visitor{Device: web.IPhone, Browser: web.InApp}},
		{ios + "Mobile/15E148", "", web.Visitor{Device: web.IPhone, Browser: web.InApp}}, // an app, or the window of a hotel's network
		{"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1", "", web.Visitor{Device: web.IPad, Browser: web.Safari}},
		{pad + "Version/26.0 Safari/605.1.15", "", web.Visitor{Device: web.Mac, Browser: web.Safari, MaybeIPad: true}},
		{pad + "CriOS/142 Version/26.0 Safari/605.1.15", "", web.Visitor{Device: web.IPad, Browser: web.Chrome}},
		{pad + "FxiOS/144.0 Safari/605.1.15", "", web.Visitor{Device: web.IPad, Browser: web.Firefox}},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", `"macOS"`, web.Visitor{Device: web.Mac, Browser: web.Chrome}},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0", "", web.Visitor{Device: web.Mac, Browser: web.Firefox}},
		{and + "Chrome/142.0.0.0 Mobile Safari/537.36", `"Android"`, web.Visitor{Device: web.Android, Browser: web.Chrome}},
		{and + "SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36", "", web.Visitor{Device: web.Android, Browser: web.Samsung}},
		{"Mozilla/5.0 (Linux; Android 16; Pixel 9; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36", "", web.Visitor{Device: web.Android, Browser: web.InApp}},
		{"Mozilla/5.0 (Android 16; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0", "", web.Visitor{Device: web.Android, Browser: web.Firefox}},
		{lin, `"Android"`, web.Visitor{Device: web.Android, Browser: web.Chrome}}, // asks for the desktop's page
		{lin, `"Linux"`, web.Visitor{Device: web.Linux, Browser: web.Chrome}},
		{lin, `"Chrome OS"`, web.Visitor{Device: web.ChromeOS, Browser: web.Chrome}},
		{"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "", web.Visitor{Device: web.ChromeOS, Browser: web.Chrome}},
		{win, `"Windows"`, web.Visitor{Device: web.Windows, Browser: web.Chrome}},
		{win + " Edg/142.0.0.0", "", web.Visitor{Device: web.Windows, Browser: web.Edge}},
		{win + " OPR/125.0.0.0", "", web.Visitor{Device: web.Windows, Browser: web.OtherBrowser}},
		{win, `"Linux"`, web.Visitor{Device: web.Windows, Browser: web.Chrome}}, // the two contradict each other
		{"", "", web.Visitor{Device: web.OtherDevice, Browser: web.OtherBrowser}},
		{"", `"Windows"`, web.Visitor{Device: web.Windows, Browser: web.OtherBrowser}},
		{"curl/8.16", `"<script>"`, web.Visitor{Device: web.OtherDevice, Browser: web.OtherBrowser}},
	} {
		if got := web.Visit(c.userAgent, c.platform); got != c.want {
			t.Errorf("%s %s\n got %+v\nwant %+v", c.userAgent, c.platform, got, c.want)
		}
	}
}
