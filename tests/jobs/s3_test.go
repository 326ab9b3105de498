package jobs_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/certmagic"
)

func init() { caddy.RegisterModule(new(s3Storage)) }

// s3Storage is a storage as modules for S3 are: objects in a bucket. A lock is an
// object that is written if there is none (If-None-Match), and counts for some time.
type s3Storage struct {
	Address string `json:"address"`

	client *s3.Client
	mu     sync.Mutex
	tokens map[string]string
}

var s3Bucket = aws.String("jobs")

func (*s3Storage) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.storage.jobs_test_s3", New: func() caddy.Module { return new(s3Storage) }}
}

func (s *s3Storage) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if !d.Args(&s.Address) {
		return d.ArgErr()
	}
	return nil
}

func (s *s3Storage) Provision(caddy.Context) error {
	s.client = s3.New(s3.Options{
		Region: "eu-north-1", BaseEndpoint: aws.String("http://" + s.Address), UsePathStyle: true, RetryMaxAttempts: 1,
		Credentials:                credentials.NewStaticCredentialsProvider("test", "test", ""),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})
	s.tokens = make(map[string]string)
	return nil
}

func (s *s3Storage) CertMagicStorage() (certmagic.Storage, error) { return s, nil }

func (s *s3Storage) Store(ctx context.Context, key string, value []byte) error {
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: s3Bucket, Key: &key, Body: bytes.NewReader(value)})
	return err
}

func (s *s3Storage) Load(ctx context.Context, key string) ([]byte, error) {
	object, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: s3Bucket, Key: &key})
	if _, none := errors.AsType[*types.NoSuchKey](err); none {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	defer object.Body.Close()
	return io.ReadAll(object.Body)
}

// Delete deletes one object, and nothing below it: S3 knows no directories.
func (s *s3Storage) Delete(ctx context.Context, key string) error {
	_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: s3Bucket, Key: &key})
	return err
}

func (s *s3Storage) Exists(ctx context.Context, key string) bool {
	_, err := s.Stat(ctx, key)
	return err == nil
}

// List lists the objects and what S3 calls common prefixes, page by page.
func (s *s3Storage) List(ctx context.Context, prefix string, recursive bool) (keys []string, err error) {
	in := &s3.ListObjectsV2Input{Bucket: s3Bucket, Prefix: aws.String(prefix + "/")}
	if !recursive {
		in.Delimiter = aws.String("/")
	}
	for pages := s3.NewListObjectsV2Paginator(s.client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, object := range page.Contents {
			keys = append(keys, *object.Key)
		}
		for _, folder := range page.CommonPrefixes {
			keys = append(keys, *folder.Prefix)
		}
	}
	return keys, nil
}

func (s *s3Storage) Stat(ctx context.Context, key string) (certmagic.KeyInfo, error) {
	head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: s3Bucket, Key: &key})
	if err != nil {
		return certmagic.KeyInfo{}, fs.ErrNotExist
	}
	return certmagic.KeyInfo{Key: key, Size: aws.ToInt64(head.ContentLength), Modified: aws.ToTime(head.LastModified), IsTerminal: true}, nil
}

func (s *s3Storage) Lock(ctx context.Context, name string) error {
	key, token := "locks/"+name, rand.Text()
	look := time.NewTicker(lockLook)
	defer look.Stop()
	for {
		text := time.Now().Add(lockLasts).UTC().Format(time.RFC3339Nano) + " " + token
		_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: s3Bucket, Key: &key, Body: strings.NewReader(text), IfNoneMatch: aws.String("*")})
		if err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.tokens[name] = token
			return nil
		}
		held, loadErr := s.Load(ctx, key)
		if loadErr != nil && !errors.Is(loadErr, fs.ErrNotExist) {
			return errors.Join(err, loadErr)
		}
		until, _, _ := strings.Cut(string(held), " ")
		if t, parseErr := time.Parse(time.RFC3339Nano, until); parseErr == nil && time.Now().After(t) {
			_ = s.Delete(ctx, key) // whose it was is gone
			continue
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *s3Storage) Unlock(ctx context.Context, name string) error {
	s.mu.Lock()
	token := s.tokens[name]
	delete(s.tokens, name)
	s.mu.Unlock()
	key := "locks/" + name
	if held, err := s.Load(ctx, key); err != nil || !strings.HasSuffix(string(held), " "+token) {
		return err
	}
	return s.Delete(ctx, key)
}

// s3Server is a server that speaks S3, in this process. Its objects outlive a stop.
type s3Server struct {
	t       *testing.T
	address string
	handler http.Handler
	server  *http.Server
}

func startS3(t *testing.T) sharedStore {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket(*s3Bucket); err != nil {
		t.Fatal(err)
	}
	s := &s3Server{t: t, address: freeAddress(t), handler: gofakes3.New(backend, gofakes3.WithLogger(gofakes3.DiscardLog())).Server()}
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *s3Server) line() string { return "jobs_test_s3 " + s.address }

func (s *s3Server) storage() certmagic.Storage {
	storage := &s3Storage{Address: s.address}
	_ = storage.Provision(caddy.Context{}) // it does not fail
	return storage
}

func (s *s3Server) start() {
	s.t.Helper()
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.server = &http.Server{Handler: s.handler, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = s.server.Serve(l) }()
}

func (s *s3Server) stop() { _ = s.server.Close() }

func (s *s3Server) version() string { return "gofakes3 v1.2.0" }
