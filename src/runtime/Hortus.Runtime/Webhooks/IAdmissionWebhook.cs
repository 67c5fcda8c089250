namespace Hortus.Runtime.Webhooks;

/// <summary>Allows, changes or denies requests.</summary>
public interface IAdmissionWebhook
{
    /// <summary>Decides on a request. Kinds that it does not know are allowed as they are. The request is not changed.</summary>
    /// <exception cref="Hortus.Client.ApiException">What it needs to know cannot be read.</exception>
    /// <exception cref="HttpRequestException">What it needs to know cannot be read.</exception>
    Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken);
}
