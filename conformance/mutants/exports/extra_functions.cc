// What plugins must not export: linked into two of the mutants only, each of
// which exports one of them.

extern "C" {

__attribute__((visibility("default"))) int onnxifiGetLoadReport() { return 0; }
__attribute__((visibility("default"))) int onnxWaitEventFor() { return 0; }

}  // extern "C"
