package shapes

import "github.com/statusgate/statusgate/inspect"

// stackTraces are what programs say of their end, where it is the whole body: as
// plain text, or as the text on a page.
var stackTraces = []Row{
	trace("python", "Python", "ran: Tornado 6.2.0 with debug, CPython 3.11",
		"Traceback (most recent call last):\n  File \"/app/main.py\", line 12, in handler\n    return data[\"x\"]\nKeyError: 'x'\n",
		"Traceback of a parcel:\n  left Berlin\n", "the first line is another one",
		inspect.Lines{
			First: []string{"Traceback (most recent call last):"}, Next: []string{`File "*", line {n}*`, "| *"},
			Others: []string{"*"},
		},
	),
	trace("php", "PHP", "ran: PHP 8.2.36 with display_errors, which sends this with 200",
		"<br />\n<b>Fatal error</b>:  Uncaught Error: Call to undefined function foo() in /var/www/html/index.php:3\nStack trace:\n#0 {main}\n  thrown in <b>/var/www/html/index.php</b> on line <b>3</b><br />\n",
		"Fatal error: the film that ended in tears on line 4\n", "the line does not name a file",
		inspect.Lines{
			First: []string{"Fatal error: Uncaught * in *", "Fatal error:  Uncaught * in *", "Fatal error: Uncaught *", "Fatal error:  Uncaught *", "PHP Fatal error:  Uncaught *"},
			Next:  []string{"Stack trace:", "thrown in * on line {n}*", "#{n} *", "*"}, Others: []string{"#{n} *", "Stack trace:", "thrown in * on line {n}*", "Next *", "{name}: *", "*"},
		},
		inspect.Lines{First: phpFatal},
	),
	trace("java", "Java, Kotlin, Scala", "The Java Language Specification has it in Throwable.printStackTrace; ran: OpenJDK 17",
		"java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"s\" is null\n\tat com.acme.Svc.run(Svc.java:42)\n\tat java.base/java.lang.Thread.run(Thread.java:833)\n",
		"java.lang.NullPointerException: and how to avoid it\nA guide in four parts\n", "no line says at",
		inspect.Lines{
			First: []string{"{name}.{error}", "{error}", "{error}: *", `Exception in thread "*" {error}*`, "{error}; *"},
			Next:  []string{"at {name}*(*)", "at {name}/*(*)"}, Others: javaLines,
		},
		inspect.Lines{First: []string{"java.{name}: *", "javax.{name}: *", "jakarta.{name}: *", "org.{name}Exception: *", "com.{name}Exception: *"}, Next: []string{"at {name}*", "... {n} more", "Caused by: {name}*"}, Others: javaLines},
	),
	trace("dotnet", ".NET", "learn.microsoft.com, Exception.ToString; ran: mono 6.8",
		"System.NullReferenceException: Object reference not set to an instance of an object.\r\n   at Acme.Orders.Get(Int32 id) in C:\\src\\Orders.cs:line 12\r\n",
		"System.NullReferenceException: a talk\r\nRoom 4\r\n", "no line says at",
		inspect.Lines{
			First: []string{"{error}: *", "Unhandled exception. {error}: *", "Unhandled Exception: {error}: *", "{error}"},
			Next:  []string{"at {name}*(*)*", "---> {error}*", " ---> {error}*", "[{error}: *"}, Others: dotnetLines,
		},
	),
	trace("go", "Go", "Go runtime, panic.go and traceback.go; ran: Go 1.26",
		"panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/tmp/x.go:8 +0x1d\n",
		"panic: at the disco\nTour dates\n", "no goroutine follows",
		inspect.Lines{
			First: []string{"panic: *", "fatal error: *", "http: panic serving *: *", "runtime error: *"}, Next: []string{"goroutine {n} [*]:", "[signal *", "panic: *", "[recovered]*"}, Others: []string{"*"},
		},
	),
	trace("node", "Node.js, and other JavaScript", "ran: Node.js 20.20",
		"TypeError: Cannot read properties of undefined (reading 'x')\n    at handler (/app/index.js:12:7)\n    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)\n",
		"TypeError: a zine about type\nIssue 4\n", "no line says at",
		inspect.Lines{
			First: []string{"{error}: *", "{error}", "Uncaught {error}: *", "/*:{n}", "node:*:{n}"},
			Next:  []string{"at *:{n}:{n}*", "at * (*)", "at <anonymous>", "at async *", "throw *", "^*"}, Others: []string{"at *", "{name}: *", "Require stack:", "- *", "}", "{{", "^*", "throw *", "Node.js v*", "{error}: *", "[cause]: *"},
		},
	),
	trace("ruby", "Ruby, Sinatra, Rack", "ran: Sinatra 3.0.5, Ruby 3.1",
		"RuntimeError: x\n\tsin.rb:3:in `block in <main>'\n\t/usr/share/rubygems-integration/all/gems/sinatra-3.0.5/lib/sinatra/base.rb:1696:in `call'\n",
		"RuntimeError: a play\nAct one\n", "no line names a file",
		inspect.Lines{First: []string{"{name}: *", "{error}: *"}, Next: []string{"*.rb:{n}:in *"}, Others: []string{"*:{n}:in *", "*.rb:{n}*", "*.ru:{n}*"}},
		inspect.Lines{First: []string{"/*.rb:{n}:in *: * ({name})", "{name}:{n}:in *: * ({name})"}, Others: []string{"from *:{n}:in *", "*:{n}:in *"}},
	),
	trace("perl", "Perl", "perldoc die, Carp; ran: Perl 5.36",
		"Can't locate object method \"price\" via package \"Order\" at /srv/app/order.pl line 12.\n",
		"At line 12.\n", "it does not name a script",
		inspect.Lines{
			First: []string{
				"Can't * at * line {n}.", "Undefined subroutine * called at * line {n}.", "Died at * line {n}.", "syntax error at * line {n}, near *", "Global symbol * at * line {n}.", "Illegal division by zero at * line {n}.",
				"Not a* reference at * line {n}.", "DBD::{name} * failed: * at * line {n}.", "Modification of a read-only value attempted at * line {n}.",
			},
			Others: []string{"*called at * line {n}*", "BEGIN failed--compilation aborted at *", "Execution of * aborted due to compilation errors.", "* at * line {n}."},
		},
	),
	trace("oracle", "Oracle Database", "docs.oracle.com, Database Error Messages; zaproxy application_errors.xml",
		"ORA-00942: table or view does not exist\n",
		"ORA-00942 is a code of Oracle's.\n", "the number is not followed by a colon",
		inspect.Lines{First: []string{"ORA-{n}: *", "PLS-{n}: *", "{name}: ORA-{n}: *", "{error}: ORA-{n}: *", "Error: ORA-{n}: *", "SQL Error: ORA-{n}: *", "Warning: oci_*: ORA-{n}: *"}, Others: []string{"ORA-{n}: *", "PLS-{n}: *", "Help: *", "at {name}*", "*at line {n}"}},
	),
	trace("sqlstate", "PDO and ODBC, whatever the database", "ran: PHP 8.2.36 with PDO; ISO/IEC 9075-1 has the classes",
		"SQLSTATE[42S02]: Base table or view not found: 1146 Table 'shop.orders' doesn't exist",
		"SQLSTATE is a column.\n", "no state follows",
		inspect.Lines{First: []string{"SQLSTATE[*]*: *", "{name}: SQLSTATE[*]*", "Error: SQLSTATE[*]*", "Connection failed: SQLSTATE[*]*", "Database error: SQLSTATE[*]*", "SQLSTATE={n}*"}, Others: []string{"SQLSTATE[*]*", "#{n} *", "at {name}*", "Stack trace:", "*"}},
	),
	trace("mysql", "MySQL, MariaDB", "dev.mysql.com, MySQL 8.0 error message reference",
		"You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near ''' at line 1",
		"You have an error in your SQL homework.\n", "it goes on otherwise",
		inspect.Lines{
			First: []string{
				"You have an error in your SQL syntax; check the manual that corresponds to your M*", "{name}: You have an error in your SQL syntax; *", "{name}: (1064, *", "Query failed: You have an error in your SQL syntax; *", "SQL error: You have an error in your SQL syntax; *", "Invalid query: You have an error in your SQL syntax; *", "ERROR {n} (*): *", "mysqli_sql_exception: *", "Can't connect to local MySQL server through socket *", "Can't connect to MySQL server on *",
				"Error establishing a database connection", "Access denied for user '*'@'*'*", "MySQL server has gone away*", "{name}: MySQL server has gone away*", "Unknown database '*'", "Table '*.*' doesn't exist", "Unknown column '*' in '*'", "Duplicate entry '*' for key '*'", "Too many connections",
				"Could not connect: *", "Connection failed: Access denied for user *", "Query failed: *", "Lost connection to MySQL server *",
			},
			Others: []string{"*"},
		},
	),
	trace("postgresql", "PostgreSQL", "postgresql.org/docs, 16, error message style; ran: psql 15",
		"ERROR:  relation \"orders\" does not exist\nLINE 1: select * from orders\n                      ^\n",
		"ERROR: the musical\nTickets\n", "no line of the query follows",
		inspect.Lines{
			First: []string{"ERROR:  *", "ERROR: *", "FATAL:  *", "FATAL: *", "Warning:  pg_query(): Query failed: ERROR: *", "Warning: pg_query(): Query failed: ERROR: *", "pg_query(): Query failed: ERROR: *", "org.postgresql.util.PSQLException: *", "psql: error: *", "pq: *", "psycopg2.{name}: *"},
			Next:  []string{"LINE {n}: *", "HINT: *", "DETAIL: *", "CONTEXT: *", "Position: {n}", "STATEMENT: *", "SQL state: *"}, Others: []string{"^", "LINE {n}: *", "HINT: *", "DETAIL: *", "CONTEXT: *", "Position: {n}", "STATEMENT: *", "SQL state: *", "Character: {n}", "*"},
		},
		inspect.Lines{First: []string{
			"ERROR:  relation \"*\" does not exist*", "ERROR:  syntax error at or near *", "ERROR: relation \"*\" does not exist*", "ERROR: syntax error at or near *", "ERROR:  duplicate key value violates unique constraint *", "ERROR: duplicate key value violates unique constraint *",
			"FATAL:  password authentication failed for user *", "FATAL: password authentication failed for user *", "FATAL:  sorry, too many clients already", "Warning:  pg_query(): Query failed: ERROR: *", "Warning: pg_query(): Query failed: ERROR: *", "pg_query(): Query failed: ERROR: *", "pq: relation \"*\" does not exist", "pq: syntax error *", "pq: *", "pg_connect(): Unable to connect to PostgreSQL server: *", "Warning: pg_connect(): Unable to connect to PostgreSQL server: *",
			"ERROR:  column \"*\" does not exist", "ERROR: column \"*\" does not exist*", "ERROR:  permission denied for *", "ERROR: permission denied for *",
		}},
	),
	trace("mssql", "Microsoft SQL Server, Access, OLE DB", "learn.microsoft.com, SQL Server errors; zaproxy application_errors.xml",
		"Unclosed quotation mark after the character string ''.",
		"Unclosed quotation marks are bad style.\n", "it goes on otherwise",
		inspect.Lines{
			First: []string{
				"Unclosed quotation mark *after the character string*", "{name}: Unclosed quotation mark *after the character string*", "Msg {n}, Level {n}, State {n}*", "Error: [Microsoft][*ODBC *]*", "ODBC Error*[Microsoft][*]*", "Warning: odbc_*[Microsoft][*]*", "Microsoft OLE DB Provider for * error '*'", "Microsoft OLE DB Provider for *", "Microsoft JET Database Engine error '*'", "Microsoft JET Database Engine *",
				"ADODB.* error '*'", "Incorrect syntax near '*'*.", "{name}: Incorrect syntax near '*'*.", "Invalid object name '*'.", "Invalid column name '*'.", "Cannot open database \"*\" requested by the login. The login failed.", "Login failed for user '*'.", "Microsoft VBScript runtime error '*'", "Microsoft VBScript runtime *", "Microsoft VBScript compilation *",
				"Server Error: Msg {n}*", "Timeout expired.  The timeout period elapsed prior to completion of the operation or the server is not responding.*", "Arithmetic overflow error converting *", "Conversion failed when converting *",
			},
			Others: []string{"*"},
		},
	),
}

// phpFatal are the first lines of what PHP says without a stack trace: they end in
// a file, on Unix or on Windows, and a line.
var phpFatal = func() (patterns []string) {
	for _, kind := range []string{"Fatal error: ", "Fatal error:  ", "Parse error: ", "Parse error:  ", "Compile error: ", "Core error: ", "Catchable fatal error: ", "Catchable fatal error:  "} {
		for _, php := range []string{"", "PHP "} {
			patterns = append(patterns, php+kind+"* in /* on line {n}", php+kind+`* in *:\* on line {n}`)
		}
	}
	return patterns
}()

var javaLines = []string{"at *", "... {n} more", "... {n} common frames omitted", "Caused by: *", "Suppressed: *", "Wrapped by: *", "[CIRCULAR REFERENCE:*", "{name}.{error}*", "{error}: *", "Root cause*", "*"}

var dotnetLines = []string{"at *", "--- End of *", "---> *", "[{error}: *", "{name}(*", "*"}

// trace is a row of what a program says of its end.
func trace(name, sender, source, example, alike, differs string, lines ...inspect.Lines) Row {
	contentType := "text/plain; charset=utf-8"
	if example[0] == '<' {
		contentType = "text/html; charset=UTF-8"
	}
	for i := range lines {
		lines[i].Status = 500
	}
	return Row{
		Name: name, Family: Traces, Tier: Common, Sender: sender, Source: source, Example: example, ContentType: contentType, Status: 500,
		Alike: alike, Differs: differs, Clients: pageClients, Shape: inspect.Shape{Name: name, Lines: lines},
	}
}
