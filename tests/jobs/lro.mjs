// Polls a job with the poller of Azure's SDK for JavaScript. Its exit code says whether the job has succeeded.
import { createHttpPoller } from "@azure/core-lro";

const uri = process.argv[2];

async function send(method, target) {
	const response = await fetch(target, { method, redirect: "manual" });
	const text = await response.text();
	let body;
	try {
		body = JSON.parse(text);
	} catch {
		body = undefined;
	}
	const headers = Object.fromEntries([...response.headers].map(([name, value]) => [name.toLowerCase(), value]));
	return { flatResponse: { body, text }, rawResponse: { statusCode: response.status, headers, body, request: { method, url: target } } };
}

let canceled = false;
const poller = createHttpPoller({
	sendInitialRequest: async () => {
		const response = await send("POST", uri);
		if (uri.endsWith("/canceled") && !canceled) {
			canceled = true;
			await send("DELETE", response.rawResponse.headers.location);
		}
		return response;
	},
	sendPollRequest: (path) => send("GET", path),
}, { intervalInMs: 500 });

try {
	const result = await poller.pollUntilDone();
	console.log(JSON.stringify(result));
} catch (error) {
	console.log(String(error));
	process.exitCode = 1;
}
