// Serves a folder on a free loopback port and prints the port. Stands in for Cairn when the kit checks.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';

const root = normalize(process.argv[2] + sep);
const server = createServer(async (request, response) => {
  const path = normalize(join(root, decodeURIComponent(new URL(request.url, 'http://x').pathname)));
  try {
    if (!path.startsWith(root)) throw new Error('outside');
    const body = await readFile(path);
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
