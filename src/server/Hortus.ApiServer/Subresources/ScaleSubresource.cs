using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;

namespace Hortus.ApiServer.Subresources;

/// <summary>The subresource <c>scale</c> (autoscaling/v1) of a kind.</summary>
public static class ScaleSubresource
{
    /// <summary>Makes it for a kind that keeps its numbers where workloads do: <c>spec.replicas</c>, <c>status.replicas</c> and
    /// <c>spec.selector</c>.</summary>
    public static SubresourceDefinition Create(IObjectAccess objects, TimeProvider time) => new()
    {
        Name = "scale",
        Verbs = ["get", "patch", "update"],
        Kind = ScaleHandler.ScaleKind,
        Handler = new ScaleHandler(objects, ScalePaths.Workload, time),
    };
}
