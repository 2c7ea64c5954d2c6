package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
)

// stateFlag adds --state to a command that reads the state directory.
func stateFlag(c *cobra.Command) *string {
	dir := c.Flags().String("state", "", "directory for what Waypost makes itself, such as its signing key (default: the user's state directory)")
	_ = c.MarkFlagDirname("state") // fails only where there is no such flag
	return dir
}

// stateDir gives the directory of --state, else the user's own.
func stateDir(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	noHome := &failure{exitFailure, errors.New("there is no home directory to keep the signing identity in"), "name a directory: --state DIR"}
	switch runtime.GOOS {
	case "windows", "darwin":
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", noHome
		}
		return filepath.Join(dir, "Waypost"), nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "waypost"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", noHome
	}
	return filepath.Join(home, ".local", "state", "waypost"), nil
}
