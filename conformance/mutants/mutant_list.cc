// Prints every mutant: its name, its area and the rule that it breaks, with
// tabs between. The build makes a file for each name.
#include <cstdio>

#include "conformance/mutants/mutant.h"

int main() {
  for (const onnxifi::mutants::MutantInfo& info :
       onnxifi::mutants::AllMutants()) {
    std::printf("%s\t%s\t%s\n", info.name.c_str(),
                onnxifi::mutants::AreaName(info.area), info.what.c_str());
  }
  return 0;
}
