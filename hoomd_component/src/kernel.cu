// Kernel of the pair force on a GPU.

#include "evaluator.h"

#include "hoomd/md/AnisoPotentialPairGPU.cuh"

namespace hoomd
{
namespace md
{
namespace kernel
{

template hipError_t __attribute__((visibility("default")))
gpu_compute_pair_aniso_forces<janus_md::Evaluator>(const a_pair_args_t& args,
                                                   const janus_md::Evaluator::param_type* params,
                                                   const janus_md::Evaluator::shape_type* shapes);

} // namespace kernel
} // namespace md
} // namespace hoomd
