package main

import (
	"fmt"
	"strings"

	"waypost/providers"
)

// What stands on the command line and can be no address or domain is wrong
// usage. What could be one and is not known here is a failure.

// domainArgument reads a DOMAIN.
func domainArgument(text string) (providers.Domain, error) {
	d, err := providers.ParseDomain(text)
	if err != nil {
		return d, &failure{exitUsage, err, "write it as example.com"}
	}
	return d, ownable(d, "name one domain, such as example.com")
}

// addressArgument reads an ADDRESS.
func addressArgument(text string) (providers.Address, error) {
	const form = "write it as ann@example.com"
	a, err := providers.ParseAddress(text)
	if err != nil {
		return a, &failure{exitUsage, err, form}
	}
	return a, ownable(a.Domain(), form)
}

// targetArgument reads an ADDRESS|DOMAIN; the address is zero for a domain.
func targetArgument(text string) (providers.Address, providers.Domain, error) {
	if strings.Contains(text, "@") {
		a, err := addressArgument(text)
		return a, a.Domain(), err
	}
	const form = "write it as ann@example.com or example.com"
	d, err := providers.ParseDomain(text)
	if err != nil {
		return providers.Address{}, d, &failure{exitUsage, err, form}
	}
	return providers.Address{}, d, ownable(d, form)
}

// ownable refuses names that nobody has mail under: no configuration takes them.
func ownable(d providers.Domain, form string) error {
	switch {
	case !d.Registrable().IsZero():
		return nil
	case !strings.Contains(d.String(), "."):
		return &failure{exitUsage, fmt.Errorf("%s is neither an e-mail address nor a domain that has mail: it has no dot", d), form}
	}
	return &failure{exitUsage, fmt.Errorf("%s is a public suffix: its names belong to many owners", d), form}
}
