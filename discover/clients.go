package discover

import (
	"time"

	"github.com/miekg/dns"
)

// follows is how most HTTP libraries follow redirects.
var follows = redirects{most: 20}

// clients are all, in the order in which they are shown. Where how long a
// client waits is not known, it is 10 seconds.
func clients() []behaviour {
	return []behaviour{
		{
			Client: Client{"thunderbird", "Thunderbird", "FindConfig.sys.mjs and its neighbours, 156.0a1, 2026-08-22"},
			run:    thunderbird, timeout: 5 * time.Second, ispdb: "https://live.thunderbird.net/autoconfig/v1.1/",
			status: success, follow: follows, gzip: true,
		},
		{
			Client: Client{"k9", "Thunderbird for Android, K-9 Mail", "feature/autodiscovery, a59bd679, 2026-08-20"},
			run:    k9, timeout: 10 * time.Second, ispdb: ispdb, status: success, follow: follows, gzip: true,
		},
		{
			Client: Client{"deltachat", "Delta Chat", "configure.rs, 48888898, 2026-08-22"},
			run:    deltaChat, timeout: 10 * time.Second, ispdb: ispdb, status: success,
			follow: redirects{most: 10, absolute: true}, proxyForm: true, silent: true,
		},
		{
			Client: Client{"evolution", "Evolution", "e-mail-autoconfig.c, 6901b223, 2026-08"},
			run:    evolution, timeout: 15 * time.Second, ispdb: ispdb, status: success, follow: follows, gzip: true,
		},
		{
			Client: Client{"fairemail", "FairEmail", "EmailProvider.java, 1.2331, 2026-08-22"},
			run:    fairEmail, timeout: 10 * time.Second, ispdb: ispdb, status: exactly200,
			follow: redirects{most: 20, sameScheme: true}, gzip: true, anyName: true,
		},
		{
			Client: Client{"fairemail-play", "FairEmail from Google Play", "EmailProvider.java, 1.2331, 2026-08-22"},
			run:    fairEmailPlay, timeout: 10 * time.Second, ispdb: ispdb, status: exactly200,
			follow: redirects{most: 20, sameScheme: true}, gzip: true, anyName: true,
		},
		{
			Client: Client{"outlook", "classic Outlook (2013; 2016 and later with the registry file)", "MS-OXDISCO, MS-OXDSCLI 24.1, 2025-08-19"},
			run:    outlook, timeout: 10 * time.Second, status: exactly200,
			follow: redirects{most: 10, keepPost: true}, gzip: true,
		},
		{
			Client: Client{"outlook-cloud", "new Outlook, Outlook for phones, classic Outlook without the registry file", "OfficeDocs-Support, 2026-08"},
			run:    outlookCloud,
		},
		{
			Client: Client{"himalaya", "Himalaya, a client of PACC", "io-pim-discovery, 5036dfa, 2026-08-15"},
			run:    himalaya, timeout: 10 * time.Second, ispdb: ispdb, status: success, follow: follows,
		},
		{
			Client: Client{"kmail", "KMail", "kmail-account-wizard, 8163b65, 2026-07"},
			run:    kmail, timeout: 10 * time.Second, ispdb: ispdb, status: exactly200, follow: follows, gzip: true,
		},
		{
			Client: Client{"geary", "Geary", "3e8d4f1a, 2026-05"},
			run:    geary, timeout: 10 * time.Second, ispdb: ispdb, status: anyStatus, follow: follows, gzip: true,
		},
		{
			Client: Client{"nextcloud", "Nextcloud Mail", "IspDb.php, e5734fe, 2026-08-22"},
			run:    nextcloud, timeout: 7 * time.Second, ispdb: ispdb, status: success, follow: redirects{most: 5}, gzip: true,
		},
		{
			Client: Client{"apple-mail", "Apple Mail", "macOS 15.5 and a device, 2026-08-13"},
			run:    appleMail,
		},
	}
}

// kmail asks the public database first: a stale entry there wins.
func kmail(w *walk) {
	d := w.domain.String()
	p := autoconfigAt(d, "")
	w.inTurn(func(body []byte) ([]Server, error) { return kmailReads(body, w.address) }, w.public(d), p.https, p.http, p.wellKnown)
	w.finish("KMail fills in these servers and asks for the password.", ByHand, "KMail asks for the servers by hand.")
}

func geary(w *walk) {
	d := w.domain.String()
	w.inTurn(func(body []byte) ([]Server, error) { return gearyReads(body, w.address) }, autoconfigAt(d, "").https, w.public(d))
	w.finish("Geary asks for the password; then the account is ready.", ByHand, "Geary asks for the servers by hand.")
}

// nextcloud asks the domain, then the exchanger and its parent, each in the
// same way. It takes the exchanger that DNS names first, be it the best or not;
// here it is the best one.
func nextcloud(w *walk) {
	d := w.domain.String()
	found := w.nextcloudAt(d)
	if !found {
		records := w.ask(d, dns.TypeMX)
		if mx := exchanger(records); !mx.IsZero() {
			w.judge(records[0].step, Used, "the exchanger is asked like a domain, then its name without the first label")
			found = w.nextcloudAt(mx.String())
			if parent := mx.Parent(); !found && !parent.Registrable().IsZero() {
				w.nextcloudAt(parent.String())
			}
		}
	}
	w.finish("Nextcloud Mail tries these servers with the password; then the account is ready.",
		Guesses, "Nextcloud Mail tries usual host names and ports; where none answers, it asks for the servers by hand.",
		"imap."+d, "mail."+d, "smtp."+d, d)
}

func (w *walk) nextcloudAt(domain string) bool {
	p := autoconfigAt(domain, "?emailaddress="+w.address.String()) // raw
	return w.inTurn(func(body []byte) ([]Server, error) { return nextcloudReads(body, w.address) },
		p.https, p.wellKnown, w.public(domain), p.http, p.httpWellKnown)
}
