// What a plugin is before anything is called.
#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>

#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

void ExportsEveryCoreFunction(Test& test) {
  for (const std::string& name : test.plugin().missing()) {
    test.Fail(__FILE__, __LINE__, StrCat("the plugin does not export ", name));
  }
  test.Count();
}

// Whether the file itself defines the symbol: its dependencies may be ours.
bool Defines(const Plugin& plugin, const char* symbol) {
  void* found = ::dlsym(plugin.library(), symbol);
  Dl_info info = {};
  if (found == nullptr || ::dladdr(found, &info) == 0) return false;
  char path[PATH_MAX];
  char own[PATH_MAX];
  return ::realpath(info.dli_fname, path) != nullptr &&
         ::realpath(plugin.path().c_str(), own) != nullptr &&
         std::string(path) == own;
}

// The extension functions belong to tables that a client asks for; what a
// plugin exports under the loader's names would be called instead of it.
void ExportsNothingOfTheLoader(Test& test) {
  for (const char* name :
       {"onnxifiGetLastError", "onnxifiGetLoadReport", "onnxifiLoad",
        "onnxGetInterface", "onnxGetLastError"}) {
    CERTIFY_CHECK(test, !Defines(test.plugin(), name), "the plugin exports ",
                  name, ", which is the loader's");
  }
}

// Clients of a later, different interface take a library for one of theirs by
// these names.
void ExportsNothingOfForks(Test& test) {
  for (const char* name :
       {"onnxReleaseTraceEvents", "onnxWaitEventFor", "onnxGetOption",
        "onnxSetOption", "onnxGetCurrentBatchSize"}) {
    CERTIFY_CHECK(test, !Defines(test.plugin(), name), "the plugin exports ",
                  name, ", which is not of this interface");
  }
}

}  // namespace

void AddHandshakeTests(TestList* list) {
  list->Add("handshake/exports_every_core_function", {"R-021"},
            &ExportsEveryCoreFunction);
  list->Add("handshake/exports_nothing_of_the_loader", {"R-021"},
            &ExportsNothingOfTheLoader);
  list->Add("handshake/exports_nothing_of_forks", {"R-022"},
            &ExportsNothingOfForks);
}

}  // namespace onnxifi::conformance
