using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Webhooks.ProjectedTokens;

/// <summary>Mounts a token that expires into pods whose service account wants none mounted that does not.</summary>
internal sealed class ProjectedTokenWebhook(IKubernetesClient target, TimeSpan expiration) : IAdmissionWebhook
{
    /// <inheritdoc/>
    public async Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.IsAbout("", "Pod") || request.Operation != "CREATE" || TokenMount.AccountOf(request.Object!) is not { } account)
        {
            return AdmissionAnswer.Allowed;
        }

        // A pod that is being created may leave its namespace to the path of the request.
        var key = new ObjectKey(request.Namespace ?? request.Object.Text("metadata", "namespace"), account);
        var found = await target.FindAsync<ServiceAccount>(key, cancellationToken);
        if (found is null)
        {
            return AdmissionAnswer.Deny($"{request}: its ServiceAccount {key} does not exist");
        }

        if (found.AutomountServiceAccountToken != false)
        {
            return AdmissionAnswer.Allowed;
        }

        try
        {
            return AdmissionAnswer.Change(TokenMount.Mount(request.Object!, expiration));
        }
        catch (FormatException e)
        {
            return AdmissionAnswer.Invalid($"{request}: {e.Message}");
        }
    }
}
