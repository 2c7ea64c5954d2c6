package server

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"waypost/providers"
)

// access writes the one line of a request after its answer is sent, and the
// header that every answer has.
func (s *server) access(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		c.Response().Header().Set("X-Content-Type-Options", "nosniff")
		if err := guard(next, c); err != nil {
			s.fail(err, c)
		}
		route := c.Path()
		if route == "" {
			route = "none"
		}
		attributes := []any{
			"route", route,
			"method", method(c.Request().Method),
			"status", c.Response().Status,
			"duration", time.Since(began),
			"bytes", c.Response().Size,
		}
		if domain, ok := c.Get(keyDomain).(providers.Domain); ok {
			attributes = append(attributes, "domain", domain.String())
		}
		s.Log.Info("request", attributes...)
		return nil
	}
}

// guard turns a panic into an error: one request fails, with a stack in the
// log and the answer of its route.
func guard(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return next(c)
}

// method keeps a client's own words out of the log.
func method(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND":
		return m
	}
	return "other"
}
