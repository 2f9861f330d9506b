"""How static files are kept in production: compressed, named by their content, imports of ES modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Rewrites `import` between ES modules too, so that every module may be cached for ever."""

    support_js_module_import_aggregation = True
    # A file's name depends on the names of its imports; each pass settles one step of the chain.
    max_post_process_passes = 30
    # A page without one picture is better than no page.
    manifest_strict = False
