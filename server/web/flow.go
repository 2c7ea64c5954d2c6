package web

import "slices"

// Step names a state of the flow. It is what the buttons send.
type Step string

// The steps.
const (
	StepStart    Step = "start"   // the address
	StepProfile  Step = "profile" // iPhone, iPad and Mac: what will happen, then the download
	StepMac      Step = "mac"
	StepAndroid  Step = "android"
	StepWindows  Step = "windows"
	StepLinux    Step = "linux"
	StepChromeOS Step = "chromeos"
	StepOther    Step = "other"
	StepWorked   Step = "worked"   // did it work?
	StepDone     Step = "done"     // it did
	StepMissing  Step = "missing"  // "Profile Downloaded" is not there
	StepPassword Step = "password" // it asks for the password again
	StepError    Step = "error"    // a message that the client shows
	StepCard     Step = "card"     // the settings, in each client's words
	StepCompare  Step = "compare"  // the settings beside those that a person has
	StepTrust    Step = "trust"    // who signs, what is inside, how to remove it
	StepBrowser  Step = "browser"  // this browser does not hand profiles over
	StepPhone    Step = "phone"    // take the page to another device
	StepCode     Step = "code"     // what a support code says
	StepUnknown  Step = "unknown"  // a domain that is not served
	StepProblem  Step = "problem"  // whatever else went wrong

	// StepDevice is no state: it leads to the right one for the device.
	StepDevice Step = "device"
)

// steps are in the order of the support code: new ones come last.
var steps = []Step{
	StepStart, StepProfile, StepMac, StepAndroid, StepWindows, StepLinux, StepChromeOS, StepOther, StepWorked, StepDone,
	StepMissing, StepPassword, StepError, StepCard, StepCompare, StepTrust, StepBrowser, StepPhone, StepCode, StepUnknown, StepProblem,
}

// state is what a step offers: where its buttons lead. Its template and its
// words bear its name.
type state struct {
	back Step // empty: there is nothing before it
	next []edge
	bare bool // it needs no account
	main bool // the template has what is to be done first
}

// edge is a button. Its words are those of the target, "to." and its name,
// unless it has some of its own.
type edge struct {
	to    Step
	words string
	when  func(*Page) bool // nil: always
	own   bool             // the template has this button, in its place
}

func (e edge) key() string {
	if e.words != "" {
		return e.words
	}
	return "to." + string(e.to)
}

var (
	hasProfile      = func(p *Page) bool { return p.Profile != "" && p.Device.takesProfiles() }
	noApple         = func(p *Page) bool { return !p.Device.takesProfiles() }
	withoutPassword = func(p *Page) bool { return p.OAuth2Alone() }
	withPassword    = func(p *Page) bool { return !p.OAuth2Alone() }
	onHandheld      = func(p *Page) bool { return p.Device.handheld() }
)

// onOthers are the buttons of devices that take no profile. That to the card
// stands where a program is told of that needs it.
var onOthers = []edge{
	{to: StepCard, own: true, when: withPassword}, {to: StepDone}, {to: StepError}, {to: StepCard, when: withoutPassword}, {to: StepCompare},
}

// flow is every state and where its buttons lead.
var flow = map[Step]state{
	StepStart:   {bare: true, main: true, next: []edge{{to: StepDevice}}},
	StepProfile: {back: StepDevice, main: true, next: []edge{{to: StepWorked}, {to: StepTrust}, {to: StepCard}}},
	StepMac: {back: StepStart, next: []edge{
		{to: StepProfile, when: hasProfile, own: true},
		{to: StepCard, own: true, when: withPassword},
		{to: StepDone},
		{to: StepError},
		{to: StepCard, when: withoutPassword},
		{to: StepCompare},
	}},
	StepAndroid:  {back: StepStart, next: onOthers},
	StepWindows:  {back: StepStart, next: onOthers},
	StepLinux:    {back: StepStart, next: onOthers},
	StepChromeOS: {back: StepStart, next: onOthers},
	StepOther:    {back: StepStart, next: []edge{{to: StepDone}, {to: StepError}, {to: StepCard, words: "to.words"}, {to: StepCompare}}},
	StepWorked: {back: StepProfile, next: []edge{
		{to: StepDone, words: "worked.yes"}, {to: StepMissing}, {to: StepPassword}, {to: StepError, words: "worked.else"},
	}},
	StepDone:     {back: StepDevice, next: []edge{{to: StepStart, words: "to.another"}, {to: StepError}, {to: StepTrust, words: "to.remove", when: hasProfile}}},
	StepMissing:  {back: StepWorked, next: []edge{{to: StepProfile, words: "to.again"}, {to: StepBrowser, when: onHandheld}, {to: StepCard}}},
	StepPassword: {back: StepDevice, next: []edge{{to: StepWorked, words: "to.tried", when: hasProfile}, {to: StepDone, when: noApple}, {to: StepCompare}, {to: StepCard}, {to: StepError}}},
	StepError:    {back: StepDevice, next: []edge{{to: StepCompare}, {to: StepPassword}, {to: StepCard}}},
	StepCard:     {back: StepDevice, next: []edge{{to: StepDone}, {to: StepError}, {to: StepCompare}}},
	StepCompare:  {back: StepDevice, main: true, next: []edge{{to: StepDone}, {to: StepPassword}, {to: StepError}, {to: StepCard}, {to: StepTrust, words: "to.remove", when: hasProfile}}},
	StepTrust:    {back: StepProfile, next: []edge{{to: StepProfile}, {to: StepCard}}},
	StepBrowser:  {back: StepStart, main: true, next: []edge{{to: StepProfile, words: "browser.anyway"}, {to: StepCard}}},
	StepPhone:    {back: StepStart, next: []edge{{to: StepCard}}},
	StepCode:     {bare: true, main: true, back: StepStart},
	StepUnknown:  {bare: true, main: true, back: StepStart, next: []edge{{to: StepDevice}}},
	StepProblem:  {bare: true, main: true, back: StepStart, next: []edge{{to: StepDevice}}},
}

// settle gives the state to show: the one that was asked for where it fits the
// person's device and account, else where the device's way begins.
func (p *Page) settle() Step {
	s, known := flow[p.Step]
	switch {
	case p.Address == "" || !p.served():
		if known && s.bare {
			return p.Step
		}
		return StepStart
	case !known, s.bare && p.Step != StepStart:
		return p.entry()
	case slices.Contains([]Step{StepMac, StepAndroid, StepWindows, StepLinux, StepChromeOS, StepOther}, p.Step) && p.Step != Step(p.Device),
		slices.Contains([]Step{StepWorked, StepMissing, StepTrust, StepProfile, StepBrowser}, p.Step) && !hasProfile(p):
		return p.entry()
	}
	return p.Step
}

// entry gives where the way of a device begins.
func (p *Page) entry() Step {
	switch {
	case p.Device.takesProfiles() && p.elsewhere():
		return StepPhone
	case !p.Device.handheld():
		return Step(p.Device)
	case p.Profile == "":
		return StepCard
	case p.Visitor.Device.handheld() && !p.Visitor.Browser.handsOverProfiles():
		return StepBrowser
	}
	return StepProfile
}

// elsewhere tells whether the person chose a device that they surely do not
// look at the page with: a profile would not get there.
func (p *Page) elsewhere() bool {
	switch here := p.Visitor.Device; here {
	case p.Device, OtherDevice:
		return false
	default:
		return !p.Visitor.MaybeIPad || p.Device != IPad
	}
}

// Steps are all states, in the order of the support code.
func Steps() []Step { return slices.Clone(steps) }
