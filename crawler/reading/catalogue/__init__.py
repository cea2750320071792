"""Standard catalogues (基层政务公开标准目录): from grids of text to rows with a meaning."""
