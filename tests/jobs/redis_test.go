package jobs_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/certmagic"
)

func init() { caddy.RegisterModule(new(redisStorage)) }

// redisStorage is a storage as modules for Redis are: values under their keys, all
// keys in a sorted set, no directories. A lock is a key that is set if it is not there.
type redisStorage struct {
	Address string `json:"address"`

	client *redis.Client
	mu     sync.Mutex
	tokens map[string]heldLock
}

// heldLock is a lock that is held, and what ends the renewals.
type heldLock struct {
	token string
	stop  context.CancelFunc
}

const (
	redisIndex  = "index" // of all keys
	redisValues = "value:"
	redisLocks  = "lock:"
	lockLasts   = 5 * time.Second
	lockLook    = 20 * time.Millisecond
)

// The scripts give a lock back, or renew it, only where it is still one's own.
var (
	redisUnlock = redis.NewScript(`if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0`)
	redisRenew  = redis.NewScript(`if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) end return 0`)
)

func (*redisStorage) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.storage.jobs_test_redis", New: func() caddy.Module { return new(redisStorage) }}
}

func (s *redisStorage) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if !d.Args(&s.Address) {
		return d.ArgErr()
	}
	return nil
}

func (s *redisStorage) Provision(caddy.Context) error {
	s.client = redis.NewClient(&redis.Options{Addr: s.Address, MaxRetries: -1})
	s.tokens = make(map[string]heldLock)
	return nil
}

func (s *redisStorage) Cleanup() error { return s.client.Close() }

func (s *redisStorage) CertMagicStorage() (certmagic.Storage, error) { return s, nil }

func (s *redisStorage) Store(ctx context.Context, key string, value []byte) error {
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, redisValues+key, value, 0)
		p.ZAdd(ctx, redisIndex, redis.Z{Member: key})
		return nil
	})
	return err
}

func (s *redisStorage) Load(ctx context.Context, key string) ([]byte, error) {
	value, err := s.client.Get(ctx, redisValues+key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, fs.ErrNotExist
	}
	return value, err
}

func (s *redisStorage) Delete(ctx context.Context, key string) error {
	keys, err := s.below(ctx, key)
	if err != nil {
		return err
	}
	_, err = s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for _, key := range append(keys, key) {
			p.Del(ctx, redisValues+key)
			p.ZRem(ctx, redisIndex, key)
		}
		return nil
	})
	return err
}

// below are all keys below a key.
func (s *redisStorage) below(ctx context.Context, key string) ([]string, error) {
	return s.client.ZRangeByLex(ctx, redisIndex, &redis.ZRangeBy{Min: "[" + key + "/", Max: "(" + key + "0"}).Result()
}

func (s *redisStorage) Exists(ctx context.Context, key string) bool {
	n, err := s.client.Exists(ctx, redisValues+key).Result()
	return err == nil && n > 0
}

// List gives all keys below a prefix, also where only those right below it are wanted,
// as some modules do.
func (s *redisStorage) List(ctx context.Context, prefix string, _ bool) ([]string, error) {
	return s.below(ctx, prefix)
}

func (s *redisStorage) Stat(ctx context.Context, key string) (certmagic.KeyInfo, error) {
	size, err := s.client.StrLen(ctx, redisValues+key).Result()
	if err == nil && size == 0 {
		err = fs.ErrNotExist
	}
	return certmagic.KeyInfo{Key: key, Size: size, IsTerminal: true}, err
}

func (s *redisStorage) Lock(ctx context.Context, name string) error {
	token := rand.Text()
	look := time.NewTicker(lockLook)
	defer look.Stop()
	for {
		err := s.client.SetArgs(ctx, redisLocks+name, token, redis.SetArgs{Mode: "NX", TTL: lockLasts}).Err()
		if err == nil {
			break
		}
		if !errors.Is(err, redis.Nil) {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	renewals, stop := context.WithCancel(ctx)
	s.mu.Lock()
	s.tokens[name] = heldLock{token, stop}
	s.mu.Unlock()
	go s.renew(renewals, name, token)
	return nil
}

// renew keeps a lock until its context ends.
func (s *redisStorage) renew(ctx context.Context, name, token string) {
	renewal := time.NewTicker(lockLasts / 3)
	defer renewal.Stop()
	for {
		select {
		case <-renewal.C:
			_ = redisRenew.Run(ctx, s.client, []string{redisLocks + name}, token, lockLasts.Milliseconds()).Err()
		case <-ctx.Done():
			return
		}
	}
}

func (s *redisStorage) Unlock(ctx context.Context, name string) error {
	s.mu.Lock()
	held, ok := s.tokens[name]
	delete(s.tokens, name)
	s.mu.Unlock()
	if !ok {
		return fmt.Errorf("%s is not locked", name)
	}
	held.stop()
	return redisUnlock.Run(ctx, s.client, []string{redisLocks + name}, held.token).Err()
}

// redisServer is Debian's, in a process of its own.
type redisServer struct {
	t       *testing.T
	folder  string
	address string
	command *exec.Cmd
}

func startRedis(t *testing.T) sharedStore {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed")
	}
	s := &redisServer{t: t, folder: t.TempDir(), address: freeAddress(t)}
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *redisServer) line() string { return "jobs_test_redis " + s.address }

func (s *redisServer) storage() certmagic.Storage {
	storage := &redisStorage{Address: s.address}
	_ = storage.Provision(caddy.Context{}) // it does not fail
	s.t.Cleanup(func() { _ = storage.Cleanup() })
	return storage
}

// start starts it again with what it had stored.
func (s *redisServer) start() {
	s.t.Helper()
	_, port, _ := net.SplitHostPort(s.address)
	s.command = exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", s.folder,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no")
	stdout, err := s.command.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	startAndWait(s.t, s.command, stdout, "Ready to accept connections")
}

// stop kills it: what was acknowledged is on its disk.
func (s *redisServer) stop() {
	_ = s.command.Process.Kill()
	_ = s.command.Wait()
}

// version is that of the server.
func (s *redisServer) version() string {
	out, _ := exec.Command("redis-server", "--version").Output()
	return strings.TrimSpace(string(out))
}
