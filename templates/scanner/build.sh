#!/bin/sh
# Bundles the camera scanner and the libraries into templates/dist, which the
# Go build embeds. Needs Node for the libraries; without it the till works by
# hand scanner and typing, and says so.
set -eu
cd "$(dirname "$0")"

npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
go tool esbuild scanner.js worker.js --bundle --format=esm --minify --target=es2022 \
	--legal-comments=eof --outdir=../dist --log-level=warning
cp node_modules/htmx.org/dist/htmx.min.js ../dist/htmx.js
cp node_modules/zxing-wasm/dist/reader/zxing_reader.wasm ../dist/zxing_reader.wasm
for library in htmx.org zxing-wasm; do
	printf '%s\n\n' "$library"
	cat "node_modules/$library/LICENSE"
	printf '\n'
done >../dist/licences.txt
# A name that is content alone: no time stamp, so equal sources give equal bytes.
for file in scanner.js worker.js htmx.js zxing_reader.wasm; do
	gzip -9nc "../dist/$file" >"../dist/$file.gz"
done
