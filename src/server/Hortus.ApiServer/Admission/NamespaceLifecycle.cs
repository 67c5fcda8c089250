using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Admission;

/// <summary>Nothing is created in a namespace that is absent or being deleted; the system's namespaces stay.</summary>
internal sealed class NamespaceLifecycle(IObjectReader objects) : AdmissionPlugin("NamespaceLifecycle")
{
    private static readonly string[] Immortal = ["default", "kube-system", "kube-public"];

    /// <inheritdoc/>
    public override async ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        var kind = attributes.Definition.Kind;
        if (attributes.Operation == AdmissionOperation.Delete && IsCore(attributes, "namespaces")
            && Immortal.Contains(attributes.Key.Name))
        {
            throw ApiErrors.Forbidden(kind, attributes.Key.Name, "this namespace may not be deleted");
        }

        if (attributes.Operation != AdmissionOperation.Create || !kind.Namespaced
            || attributes.Key.Namespace is not { } space)
        {
            return;
        }

        var found = await objects.FindAsync(Kinds.Namespace, ObjectKey.Cluster(space), cancellationToken)
            ?? throw ApiErrors.NotFound(Kinds.Namespace, space);
        if (found.IsBeingDeleted)
        {
            throw ApiErrors.Forbidden(kind, attributes.Key.Name,
                $"unable to create new content in namespace {space} because it is being terminated",
                new StatusCause
                {
                    Reason = "NamespaceTerminating",
                    Message = $"namespace {space} is being terminated",
                    Field = "metadata.namespace",
                });
        }
    }
}
