package web

import (
	"slices"
	"strings"
)

// Device is what a person wants to set up.
type Device string

// The devices that have a way of their own through the page.
const (
	IPhone      Device = "iphone"
	IPad        Device = "ipad"
	Mac         Device = "mac"
	Android     Device = "android"
	Windows     Device = "windows"
	Linux       Device = "linux"
	ChromeOS    Device = "chromeos"
	OtherDevice Device = "other"
)

// devices are in the order in which the page and the support code have them:
// new ones come last.
var devices = []Device{IPhone, IPad, Mac, Android, Windows, Linux, ChromeOS, OtherDevice}

// handheld tells whether the device is an iPhone or an iPad, where only some
// browsers hand a profile to the system.
func (d Device) handheld() bool { return d == IPhone || d == IPad }

// takesProfiles tells whether the device is one of Apple's.
func (d Device) takesProfiles() bool { return d.handheld() || d == Mac }

// Browser is a kind of browser, as far as it matters to the page.
type Browser string

// The kinds of browsers.
const (
	Safari       Browser = "safari"
	Chrome       Browser = "chrome"
	Firefox      Browser = "firefox"
	Edge         Browser = "edge"
	Samsung      Browser = "samsung"
	DuckDuckGo   Browser = "duckduckgo"
	InApp        Browser = "in-app" // the window of another app
	OtherBrowser Browser = "other"
)

// browsers are in the order of the support code: new ones come last.
var browsers = []Browser{Safari, Chrome, Firefox, Edge, Samsung, DuckDuckGo, InApp, OtherBrowser}

// handsOverProfiles tells whether the browser gives a profile to iOS. Safari
// does, and Chrome of late; Firefox, Focus and DuckDuckGo do not
// (firefox-ios#7501, #25476, duckduckgo/iOS#830), nor do windows in apps
// (packetfence#2898). Of the others nothing is known, and Safari is at hand.
func (b Browser) handsOverProfiles() bool { return b == Safari || b == Chrome }

// Visitor is what a browser says of itself. It may be wrong, so the page lets
// people choose.
type Visitor struct {
	Device  Device
	Browser Browser
	// MaybeIPad: Safari on an iPad calls itself Safari on a Mac.
	MaybeIPad bool
}

// marks are parts of a User-Agent, each with what it tells; the first that is
// there decides.
type marks[T any] []struct {
	part string
	what T
}

func (m marks[T]) find(userAgent string, otherwise T) T {
	for _, mark := range m {
		if strings.Contains(userAgent, mark.part) {
			return mark.what
		}
	}
	return otherwise
}

// browserMarks have the windows of apps first: those name a browser too.
var browserMarks = marks[Browser]{
	{"FBAN/", InApp},
	{"FBAV/", InApp},
	{"FB_IAB", InApp},
	{"Instagram", InApp},
	{"GSA/", InApp},
	{"LinkedInApp", InApp},
	{"MicroMessenger", InApp},
	{" Line/", InApp},
	{"Snapchat", InApp},
	{"musical_ly", InApp},
	{"BytedanceWebview", InApp},
	{"Pinterest", InApp},
	{"Twitter", InApp},
	{"; wv)", InApp},
	{"DuckDuckGo/", DuckDuckGo},
	{"Ddg/", DuckDuckGo},
	{"FxiOS/", Firefox},
	{"Focus/", Firefox},
	{"Klar/", Firefox},
	{"EdgiOS/", Edge},
	{"EdgA/", Edge},
	{"Edg/", Edge},
	{"SamsungBrowser/", Samsung},
	{"OPR/", OtherBrowser},
	{"OPiOS/", OtherBrowser},
	{"OPT/", OtherBrowser},
	{"YaBrowser/", OtherBrowser},
	{"CriOS/", Chrome},
	{"Firefox/", Firefox},
	{"Chrome/", Chrome},
	{"Version/", Safari},
}

var deviceMarks = marks[Device]{
	{"iPhone", IPhone},
	{"iPod", IPhone},
	{"iPad", IPad},
	{"Android", Android},
	{"CrOS", ChromeOS},
	{"Windows", Windows},
	{"Macintosh", Mac},
	{"Linux", Linux},
	{"X11", Linux},
}

// platforms are the values of Sec-CH-UA-Platform, which only Chromium sends, for
// when the User-Agent leaves it open.
var platforms = map[string]Device{
	`"Android"`: Android, `"Chrome OS"`: ChromeOS, `"Chromium OS"`: ChromeOS,
	`"Linux"`: Linux, `"macOS"`: Mac, `"Windows"`: Windows,
}

// iPadMarks stand in no browser of a Mac: they are iOS apps that ask for
// desktop pages.
var iPadMarks = marks[bool]{{"CriOS/", true}, {"FxiOS/", true}, {"EdgiOS/", true}, {"GSA/", true}, {"Mobile/", true}}

// Visit reads User-Agent and Sec-CH-UA-Platform; both may be empty.
func Visit(userAgent, platform string) Visitor {
	v := Visitor{Device: deviceMarks.find(userAgent, OtherDevice), Browser: browserMarks.find(userAgent, OtherBrowser)}
	// An Android browser that asks for desktop pages calls itself one on Linux.
	if d, known := platforms[platform]; known && (v.Device == Linux || v.Device == OtherDevice) {
		v.Device = d
	}
	if v.Device == Mac && iPadMarks.find(userAgent, false) {
		v.Device = IPad
	}
	// Every browser of iOS says Safari/; a window in an app does not.
	if v.Device.handheld() && !strings.Contains(userAgent, "Safari/") {
		v.Browser = InApp
	}
	v.MaybeIPad = v.Device == Mac && v.Browser == Safari
	return v
}

// Known tells whether the page has a way for the device.
func (d Device) Known() bool { return slices.Contains(devices, d) }
