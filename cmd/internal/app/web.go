package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"
)

// operators is what stands on the operators' listener. A page that is visited,
// or one in an operator's browser, must not make it do anything.
func (a *App) operators() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	mux.HandleFunc("GET /probe", a.serveProbe)
	mux.HandleFunc("GET /config", a.serveConfig)
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "Genkan is healthy.") })
	mux.HandleFunc("GET /-/ready", a.serveReady)
	mux.HandleFunc("POST /-/reload", a.serveReload)
	mux.Handle("/", a.console)
	return http.NewCrossOriginProtection().Handler(mux)
}

// fromElsewhere reports whether a browser asks on behalf of another site (W3C
// Fetch Metadata). Programs that aren't browsers don't say.
func fromElsewhere(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return false
	}
	return true
}

func say(w http.ResponseWriter, status int, what string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	// Whoever asked may be gone; there is nobody left to tell.
	_, _ = fmt.Fprintln(w, what)
}

func (a *App) serveReady(w http.ResponseWriter, _ *http.Request) {
	if !a.ready.Load() {
		say(w, http.StatusServiceUnavailable, "Genkan is starting or stopping.")
		return
	}
	say(w, http.StatusOK, "Genkan is ready.")
}

func (a *App) serveReload(w http.ResponseWriter, r *http.Request) {
	if err := a.reload(); err != nil {
		say(w, http.StatusInternalServerError, "The old configuration stays:\n"+err.Error())
		return
	}
	say(w, http.StatusOK, "The new configuration is in use.")
}

func (a *App) serveConfig(w http.ResponseWriter, _ *http.Request) {
	masked, err := a.current.Load().config.Masked()
	if err != nil {
		say(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	_, _ = w.Write(masked)
}

// readHeaderTimeout bounds how long a visitor may take to say what is wanted.
const readHeaderTimeout = 10 * time.Second

// shutdownTimeout bounds how long answers under way may take when the daemon stops.
const shutdownTimeout = 3 * time.Second

// serveHTTP serves until ctx ends, then lets answers under way finish.
func serveHTTP(ctx context.Context, handler http.Handler, serve func(*http.Server) error) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		if server.Shutdown(bounded) != nil {
			server.Close()
		}
	})
	err := serve(server)
	if !stop() {
		<-stopped
	}
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// listen opens the operators' listeners, unless the system hands them over.
func (o Options) listen() ([]net.Listener, error) {
	if *o.Web.WebSystemdSocket {
		return nil, nil
	}
	var listeners []net.Listener
	for _, address := range *o.Web.WebListenAddresses {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return nil, fmt.Errorf("listen for operators: %w; choose another --web.listen-address", err)
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}

// reachable is a listen address as it is reached from this machine.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

func (a *App) serveOperators(ctx context.Context) error {
	return serveHTTP(ctx, a.operators(), func(s *http.Server) error {
		if a.listeners == nil {
			return web.ListenAndServe(s, a.options.Web, a.log)
		}
		return web.ServeMultiple(a.listeners, s, a.options.Web, a.log)
	})
}

func (a *App) servePublic(ctx context.Context) error {
	return serveHTTP(ctx, a.page.Handler(), func(s *http.Server) error { return s.Serve(a.public) })
}
