namespace Hortus.Objects.Kubernetes;

/// <summary>The signers of a cluster, and what each signs.</summary>
public static class CertificateSigners
{
    /// <summary>Certificates of any client of the API server.</summary>
    public const string Client = "kubernetes.io/kube-apiserver-client";

    /// <summary>Certificates with which kubelets are clients of the API server.</summary>
    public const string KubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";

    /// <summary>Certificates of the servers of kubelets.</summary>
    public const string KubeletServing = "kubernetes.io/kubelet-serving";
}

/// <summary>What was decided about a request.</summary>
public static class CertificateDecisions
{
    private const string ApprovedType = "Approved";
    private const string DeniedType = "Denied";
    private const string FailedType = "Failed";

    /// <summary>Whether it is approved.</summary>
    public static bool IsApproved(this CertificateSigningRequest request) =>
        Conditions.IsTrue(request.Status.Conditions, ApprovedType);

    /// <summary>Whether signing it has failed.</summary>
    public static bool IsFailed(this CertificateSigningRequest request) =>
        Conditions.IsTrue(request.Status.Conditions, FailedType);

    /// <summary>Whether it is denied.</summary>
    public static bool IsDenied(this CertificateSigningRequest request) =>
        Conditions.IsTrue(request.Status.Conditions, DeniedType);

    /// <summary>Whether nobody has to decide any more.</summary>
    public static bool IsSettled(this CertificateSigningRequest request) =>
        request.IsApproved() || request.IsFailed() || request.IsDenied();

    /// <summary>Why there will be no certificate, as the one who decided said; null while there may be one.</summary>
    public static string? Refusal(this CertificateSigningRequest request) => request.Status.Conditions?
        .FirstOrDefault(c => c is { Type: DeniedType or FailedType, Status: "True" }) is { } decided
            ? $"{decided.Type} ({decided.Reason}): {decided.Message}"
            : null;

    /// <summary>The request as approved.</summary>
    public static CertificateSigningRequest Approved(
        this CertificateSigningRequest request, string reason, string message, DateTimeOffset now) =>
        Decided(request, ApprovedType, reason, message, now);

    /// <summary>The request as denied.</summary>
    public static CertificateSigningRequest Denied(
        this CertificateSigningRequest request, string reason, string message, DateTimeOffset now) =>
        Decided(request, DeniedType, reason, message, now);

    /// <summary>The request as one that could not be signed.</summary>
    public static CertificateSigningRequest Failed(
        this CertificateSigningRequest request, string reason, string message, DateTimeOffset now) =>
        Decided(request, FailedType, reason, message, now);

    private static CertificateSigningRequest Decided(
        CertificateSigningRequest request, string type, string reason, string message, DateTimeOffset now) =>
        request with
        {
            Status = request.Status with
            {
                Conditions = Conditions.Set(
                    request.Status.Conditions,
                    new CertificateSigningRequestCondition
                    {
                        Type = type,
                        Status = "True",
                        Reason = reason,
                        Message = message,
                        LastUpdateTime = now,
                    },
                    now),
            },
        };
}
