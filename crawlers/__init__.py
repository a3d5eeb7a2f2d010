"""The crawl: a catalogue of sources, spiders by kind of access, WARC out; and a simulated sports web."""
