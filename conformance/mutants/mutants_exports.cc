// Mutants that do everything right and export other functions than they should:
// how, is in CMakeLists.txt.
#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {

void AddExportMutants(std::vector<MutantInfo>* list) {
  const auto add = [list](const char* name, const char* what) {
    list->push_back({name, Area::kHandshake, what, &MakeMutant<Mutant>});
  };
  add("exports_too_little", "onnxGetEventState is not exported");
  add("exports_of_the_loader", "functions of the loader are exported");
  add("exports_of_forks", "functions of another interface are exported");
}

}  // namespace onnxifi::mutants
