// Unpacks Chromium with its libraries and fonts to the temporary folder (TMPDIR).
import { fileURLToPath } from 'node:url';
import chromium, { inflate } from '@sparticuz/chromium';

await chromium.executablePath();
const packageEntry = import.meta.resolve('@sparticuz/chromium');
await inflate(fileURLToPath(new URL('../bin/al2023.tar.br', packageEntry)));
