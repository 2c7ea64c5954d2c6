package autodiscover

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// RegistryHelp explains [Registry] to people, in lines of at most 76
// characters. It is what the file itself says in its comments.
const RegistryHelp = `For classic Outlook 2016, 2019, 2021, 2024 and Microsoft 365 on Windows.

Why: these ask a service of Microsoft for the settings of a new account, and
no longer the provider. For IMAP and POP accounts, what the provider
publishes through Autodiscover is not looked at.

What it changes: one value switches the simplified window for new accounts
off. Outlook shows its older one instead, which does ask the provider. It
holds for the person who opens the file, needs no administrator, and touches
no account that is there already.

How: close Outlook, open the file, agree, and start Outlook again. The same
window opens without the file from Control Panel, Mail, Email Accounts.

Outlook 2013 and earlier do not need it. The new Outlook for Windows,
Outlook for Mac and Outlook for phones ignore it: they ask Microsoft's
service, and fetch IMAP mail by way of Microsoft's servers. There, type the
settings in.
`

// The value, as users found it (HLFH/automua #9, OfficeDocs-Exchange #3197,
// Monogramm #18). Office has been version 16.0 since 2016.
const (
	registryHeader = "Windows Registry Editor Version 5.00\n"
	registryKey    = `[HKEY_CURRENT_USER\Software\Microsoft\Office\16.0\Outlook\Setup]` + "\n"
	registryName   = `"DisableOffice365SimplifiedAccountCreation"`
	registryUndo   = "To undo it, save these lines without their semicolons as a .reg file, and\nopen that:\n"
)

// Registry gives a file for the Windows registry that makes classic Outlook
// 2016 and later ask the provider's Autodiscover; [RegistryHelp] explains it.
// The bytes are always the same: UTF-16LE with a byte order mark and CRLF, as
// reg.exe and regedit.exe write it.
func Registry() []byte {
	text := registryHeader + "\n" + commented(RegistryHelp) + "\n" +
		registryKey + registryName + "=dword:00000001\n\n" +
		commented(registryUndo+"\n"+registryHeader+"\n"+registryKey+registryName+"=-\n")
	file := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(strings.ReplaceAll(text, "\n", "\r\n"))) {
		file = binary.LittleEndian.AppendUint16(file, unit)
	}
	return file
}

// commented puts a semicolon in front of each line.
func commented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight("; "+line, " \n") + "\n")
	}
	return b.String()
}
