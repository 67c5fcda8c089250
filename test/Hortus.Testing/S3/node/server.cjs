// An S3 server on a free port of 127.0.0.1: node server.cjs FOLDER [KEY CERTIFICATE]. Prints the port, ends with its input.
'use strict';
const { readFileSync } = require('node:fs');
const S3rver = require('@20minutes/s3rver');
const signatures = require('@20minutes/s3rver/lib/signature/v4');

// What is signed is the path as it was sent. The server signs one that it has put together anew, in which the slash after
// a bucket's name is missing that some clients send.
const sent = new WeakMap();
const { getStringToSign } = signatures;
signatures.getStringToSign = (request, signature) =>
  getStringToSign({ ...request, uri: sent.get(request.headers) }, signature);

const [directory, key, cert] = process.argv.slice(2);
const options = { address: '127.0.0.1', port: 0, directory, silent: true, vhostBuckets: false };
if (key) Object.assign(options, { key: readFileSync(key), cert: readFileSync(cert) });
const server = new S3rver(options);
server.middleware.unshift((context, next) => {
  sent.set(context.headers, context.path);
  return next();
});
server.run().then(({ port }) => console.log(`port ${port}`));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
