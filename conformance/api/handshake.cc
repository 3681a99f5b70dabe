// What a plugin is before anything is called.
#include <dlfcn.h>

#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// names the fifteen that every plugin has.
void ExportsEveryCoreFunction(Test& test) {
  for (const std::string& name : test.plugin().missing()) {
    test.Fail(__FILE__, __LINE__, StrCat("the plugin does not export ", name));
  }
  test.Count();
}

// The extension functions belong to tables that a client asks for; what a
// plugin exports under the loader's names would be called instead of it.
void ExportsNothingOfTheLoader(Test& test) {
  for (const char* name :
       {"onnxifiGetLastError", "onnxifiGetLoadReport", "onnxifiLoad",
        "onnxGetInterface", "onnxGetLastError"}) {
    // Only what the file itself defines: its dependencies may be ours.
    void* found = ::dlsym(test.plugin().library(), name);
    Dl_info info = {};
    const bool own = found != nullptr && ::dladdr(found, &info) != 0 &&
                     test.plugin().path() == info.dli_fname;
    CERTIFY_CHECK(test, !own, "the plugin exports ", name,
                  ", which is the loader's");
  }
}

}  // namespace

void AddHandshakeTests(TestList* list) {
  list->Add("handshake/exports_every_core_function", {},
            &ExportsEveryCoreFunction);
  list->Add("handshake/exports_nothing_of_the_loader", {},
            &ExportsNothingOfTheLoader);
}

}  // namespace onnxifi::conformance
