// The floor: the same calls with the plain SDK and a plain limiter, and nothing else. Bundled before
// it is measured; its one argument is a file that says what to send.
import { readFileSync } from 'node:fs';
import { Anthropic } from '@anthropic-ai/sdk';
import type { FloorJob } from './floorJob.ts';

// A parse boundary: the bench wrote the file, and the bodies are requests of the product itself.
const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FloorJob;
const client = new Anthropic({ apiKey: 'bench-key', baseURL: job.baseUrl, maxRetries: 0 });

async function callOnce(body: FloorJob['bodies'][number]): Promise<string> {
  let answer = '';
  for await (const event of await client.messages.create({ ...body, stream: true })) {
    if (event.type !== 'content_block_delta') continue;
    if (event.delta.type === 'text_delta') answer += event.delta.text;
    if (event.delta.type === 'input_json_delta') answer += event.delta.partial_json;
  }
  return answer;
}

async function main(): Promise<void> {
  let next = 0;
  let characters = 0;
  const slot = async (): Promise<void> => {
    while (next < job.agents) {
      next += 1;
      for (const body of job.bodies) characters += (await callOnce(body)).length;
    }
  };
  await Promise.all(Array.from({ length: job.concurrency }, slot));
  process.stdout.write(`${characters}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
