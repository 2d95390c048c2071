// Python module of the pair force.

#include "evaluator.h"

#include "hoomd/md/AnisoPotentialPair.h"
#ifdef ENABLE_HIP
#include "hoomd/md/AnisoPotentialPairGPU.h"
#endif

#include <pybind11/pybind11.h>

PYBIND11_MODULE(_rigid_pair, m)
{
    hoomd::md::detail::export_AnisoPotentialPair<janus_md::Evaluator>(m, "RigidPair");
#ifdef ENABLE_HIP
    hoomd::md::detail::export_AnisoPotentialPairGPU<janus_md::Evaluator>(m, "RigidPairGPU");
#endif
}
