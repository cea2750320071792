"""Files of office programs: Word, WPS, Excel, OpenDocument."""
